import { z } from 'zod';

/** What a test may see of the desktop, and do on it. Plain data: the shell runs in another process. */

export interface MenuLine {
  readonly label: string;
  readonly isEnabled: boolean;
  readonly items: readonly MenuLine[];
}
const menuLineSchema: z.ZodType<MenuLine> = z.lazy(() =>
  z.object({ label: z.string(), isEnabled: z.boolean(), items: z.array(menuLineSchema) }),
);

export const deskSchema = z.object({
  window: z
    .object({
      isVisible: z.boolean(),
      isMinimised: z.boolean(),
      isMaximised: z.boolean(),
      backgroundColor: z.string(),
      bounds: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
    })
    .optional(),
  tray: z.object({ image: z.string(), toolTip: z.string(), menu: z.array(menuLineSchema) }).optional(),
  /** Of the window; Alt shows it. */
  windowMenu: z.array(menuLineSchema),
  notices: z.array(z.object({ title: z.string(), body: z.string(), urgency: z.string() })),
  /** Questions that wait for an answer. */
  questions: z.array(z.object({ message: z.string(), buttons: z.array(z.string()) })),
  theme: z.string(),
  isSandboxed: z.boolean(),
  openedLinks: z.array(z.string()),
  navigations: z.array(z.object({ url: z.string(), isAllowed: z.boolean() })),
  tunnelProcesses: z.array(z.number()),
  channels: z.array(z.string()),
});
export type Desk = z.infer<typeof deskSchema>;

export const deedSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('look') }),
  /** Labels from the top, for example ['Connect', 'Office']. */
  z.object({ do: z.literal('choose-in-tray'), labels: z.array(z.string()) }),
  z.object({ do: z.literal('double-click-tray') }),
  z.object({ do: z.literal('close-window') }),
  z.object({ do: z.literal('focus'), isFocused: z.boolean() }),
  z.object({ do: z.literal('click-notice'), index: z.number() }),
  z.object({ do: z.literal('answer'), button: z.string() }),
  z.object({ do: z.literal('quit') }),
  z.object({ do: z.literal('end-session') }),
  z.object({ do: z.literal('ask-permission'), permission: z.string() }),
  z.object({ do: z.literal('open-window'), url: z.string() }),
  z.object({ do: z.literal('download'), url: z.string() }),
  /** A call as another frame, window or page would make it. */
  z.object({
    do: z.literal('foreign-call'),
    channel: z.string(),
    sender: z.enum(['other-window', 'subframe', 'other-page', 'gone']),
  }),
]);
export type Deed = z.infer<typeof deedSchema>;
