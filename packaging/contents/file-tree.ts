import { chmod, copyFile, lstat, lutimes, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The files of a package, in a folder that stands for `/`. */
export class FileTree {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** A path from `/` on, as one of this machine's file system. */
  at(path: string): string {
    return join(this.root, path);
  }

  async write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    await this.#makeRoom(path);
    await writeFile(this.at(path), content);
    await chmod(this.at(path), mode);
  }

  /** As manual pages and change logs are kept (Debian Policy 12.1, 12.7). */
  async writeCompressed(path: string, content: string): Promise<void> {
    await this.write(`${path}.gz`, gzipSync(content, { level: 9 }));
  }

  async copy(source: string, path: string, mode = 0o644): Promise<void> {
    await this.#makeRoom(path);
    await copyFile(source, this.at(path));
    await chmod(this.at(path), mode);
  }

  async link(path: string, target: string): Promise<void> {
    await this.#makeRoom(path);
    await symlink(target, this.at(path));
  }

  /** Everything in it, sorted, with a `/` behind folders: `usr/`, `usr/bin/`, `usr/bin/smartvpn`. */
  async list(folder = ''): Promise<readonly string[]> {
    const entries = await readdir(this.at(folder), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const all: string[] = [];
    for (const entry of entries) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory()) all.push(`${path}/`, ...(await this.list(`${path}/`)));
      else all.push(path);
    }
    return all;
  }

  /** What tools and the umask gave is made the same everywhere: modes, and `date` (Unix seconds) as every time. */
  async settle(date: number): Promise<void> {
    for (const path of [...(await this.list()), ''].reverse()) {
      const place = this.at(path);
      const found = await lstat(place);
      if (found.isDirectory()) await chmod(place, 0o755);
      else if (found.isFile()) await chmod(place, (found.mode & 0o100) === 0 ? 0o644 : 0o755);
      await lutimes(place, date, date);
    }
  }

  async #makeRoom(path: string): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true });
  }
}
