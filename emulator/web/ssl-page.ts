import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { HttpAnswer } from '../http-message.ts';
import type { RouterInside } from '../router-inside.ts';
import { syslogLine } from '../syslog.ts';
import { ownCertificateProblem } from './certificate-check.ts';
import {
  type FieldErrors,
  areaField,
  errorSummary,
  selectField,
  shownField,
  textField,
} from './form-fields.ts';
import { type Html, html } from './html.ts';
import { bytesAnswer } from './page-answer.ts';
import type { PageRequest, Route } from './page-request.ts';

const PATH = '/ssl';

const LABELS: Readonly<Record<string, string>> = {
  commonName: 'Common name',
  names: 'Names',
  certificate: 'Certificate',
  key: 'Private key',
};

interface SslForm {
  readonly commonName: string;
  readonly names: string;
  readonly issuer: string;
  readonly certificate: string;
}

/** [VPN and Remote Access] > [SSL General Setup] */
export function sslRoutes(inside: RouterInside): readonly Route[] {
  return [
    { method: 'GET', path: /^\/ssl$/, answer: (request) => show(request, inside, formOf(inside), new Map()) },
    { method: 'POST', path: /^\/ssl\/regenerate$/, answer: (request) => regenerate(request, inside) },
    { method: 'POST', path: /^\/ssl\/upload$/, answer: (request) => upload(request, inside) },
    { method: 'GET', path: /^\/ssl\/router\.crt$/, answer: () => download(inside.certificate.pem) },
    {
      method: 'GET',
      path: /^\/ssl\/authority\.crt$/,
      answer: () => (inside.certificate.caPem === undefined ? undefined : download(inside.certificate.caPem)),
    },
  ];
}

function download(pem: string): HttpAnswer {
  return bytesAnswer('application/x-x509-ca-cert', Buffer.from(pem));
}

function formOf(inside: RouterInside): SslForm {
  const { tls } = inside.config;
  const certificate = new X509Certificate(inside.certificate.pem);
  return {
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? tls.certificate.commonName,
    names: subjectNames(certificate).join(' '),
    issuer: inside.certificate.caPem === undefined ? 'self-signed' : 'own-ca',
    certificate: '',
  };
}

/** "DNS:vpn.example.com, IP Address:192.0.2.1" as names. */
function subjectNames({ subjectAltName }: X509Certificate): string[] {
  return [...(subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^\s,"]+)/g)].map(([, name = '']) => name);
}

async function regenerate(request: PageRequest, inside: RouterInside): Promise<HttpAnswer> {
  const text = (name: string) => (request.form.get(name) ?? '').trim();
  const form: SslForm = {
    commonName: text('commonName'),
    names: text('names'),
    issuer: text('issuer'),
    certificate: '',
  };
  const names = form.names.split(/[\s,]+/).filter((name) => name !== '');
  const errors = new Map<string, string>();
  if (!/^[^\p{Cc}]{1,64}$/u.test(form.commonName))
    errors.set('commonName', 'Enter a name of 1 to 64 characters');
  const wrong = names.find((name) => isIP(name) === 0 && !HOST_NAME.test(name));
  if (wrong !== undefined) errors.set('names', `“${wrong}” is neither a host name nor an IP address`);
  if (names.length > 50) errors.set('names', 'Enter at most 50 names');
  if (errors.size > 0) return show(request, inside, form, errors);
  const issuer = form.issuer === 'own-ca' ? 'own-ca' : 'self-signed';
  await inside.replaceCertificate({ commonName: form.commonName, names, issuer });
  inside.syslog.write(syslogLine.changed(`New certificate, SHA-256 ${inside.certificate.fingerprint}`));
  return request.redirect(PATH, 'A new certificate is in use. Browsers and clients will ask about it.');
}

const HOST_NAME =
  /^(?=.{1,253}$)(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*$/;

async function upload(request: PageRequest, inside: RouterInside): Promise<HttpAnswer> {
  const pem = `${(request.form.get('certificate') ?? '').trim()}\n`;
  const keyPem = `${(request.form.get('key') ?? '').trim()}\n`;
  const problem = ownCertificateProblem(pem, keyPem);
  if (problem !== undefined) {
    const errors = new Map([[problem.field, problem.text]]);
    // keys are not sent back into a page, not even one that was pasted into the wrong field
    if (problem.field !== 'key') errors.set('key', 'Paste the key again');
    const certificate = problem.field === 'key' && !pem.includes('PRIVATE KEY') ? pem.trim() : '';
    return show(request, inside, { ...formOf(inside), certificate }, errors);
  }
  await inside.bringCertificate(pem, keyPem);
  inside.syslog.write(syslogLine.changed(`Certificate uploaded, SHA-256 ${inside.certificate.fingerprint}`));
  return request.redirect(PATH, 'The certificate is in use, from the next connection on.');
}

function show(request: PageRequest, inside: RouterInside, form: SslForm, errors: FieldErrors): HttpAnswer {
  const content = html`${errorSummary(errors, LABELS)}
    <section class="form">
      <h2>SSL VPN</h2>
      ${shownField('Port', html`<span class="code">${inside.port}</span>`, 'Tunnels and these pages; set when the router is started.')}
      ${shownField('Bind to WAN', html`<span class="code">${inside.config.listen.host}</span>`, 'The address that the router listens on.')}
      ${shownField('TLS', `${inside.config.tls.minimumVersion} to ${inside.config.tls.maximumVersion}`)}
    </section>
    ${certificatePart(inside)} ${regeneratePart(request, form, errors)} ${uploadPart(request, form, errors)}`;
  return request.page({
    title: 'SSL General Setup',
    path: PATH,
    status: errors.size === 0 ? 200 : 422,
    content,
  });
}

function certificatePart(inside: RouterInside): Html {
  const { certificate } = inside;
  const x509 = new X509Certificate(certificate.pem);
  const names = subjectNames(x509);
  return html`<section class="form">
    <h2>Server Certificate</h2>
    ${shownField('Made out to', x509.subject.replaceAll('\n', ', '))}
    ${shownField('Names', names.length === 0 ? 'none' : names.join(', '))}
    ${shownField('Issued by', x509.issuer.replaceAll('\n', ', '))}
    ${shownField('Valid', `${day(x509.validFromDate)} to ${day(x509.validToDate)}`)}
    ${shownField('Fingerprint (SHA-256)', html`<span class="code long" id="fingerprint">${certificate.fingerprint}</span>`, 'The client shows the same one when it asks whether to trust the router.')}
    ${shownField('Public key (SHA-256)', html`<span class="code long">${certificate.publicKeySha256}</span>`)}
    <p class="buttons">
      <a class="button" href="/ssl/router.crt" download="router.crt">Download</a>${
        certificate.caPem !== undefined &&
        html` <a class="button" href="/ssl/authority.crt" download="authority.crt"
          >Download the authority’s</a
        >`
      }
    </p>
  </section>`;
}

function regeneratePart(request: PageRequest, form: SslForm, errors: FieldErrors): Html {
  return html`<form method="post" action="/ssl/regenerate" class="form">
    ${request.formToken}
    <section>
      <h2>Regenerate</h2>
      ${textField({ name: 'commonName', label: 'Common name', value: form.commonName, maxLength: 64, error: errors.get('commonName') })}
      ${textField({ name: 'names', label: 'Names', value: form.names, maxLength: 1000, isCode: true, error: errors.get('names'), hint: 'Host names and IP addresses that clients and phones reach the router by, with spaces between' })}
      ${selectField({
        name: 'issuer',
        label: 'Issued by',
        value: form.issuer,
        hint: 'An authority of its own can be installed on a phone, which the token page needs to work offline.',
        groups: [
          {
            choices: [
              { value: 'self-signed', label: 'itself (self-signed)' },
              { value: 'own-ca', label: 'an authority of its own' },
            ],
          },
        ],
      })}
      <div class="buttons"><button>Regenerate</button></div>
    </section>
  </form>`;
}

function uploadPart(request: PageRequest, form: SslForm, errors: FieldErrors): Html {
  return html`<form method="post" action="/ssl/upload" class="form">
    ${request.formToken}
    <section>
      <h2>Upload</h2>
      ${areaField({ name: 'certificate', label: 'Certificate', value: form.certificate, error: errors.get('certificate'), hint: 'PEM text, with its chain behind it', placeholder: '-----BEGIN CERTIFICATE-----' })}
      ${areaField({ name: 'key', label: 'Private key', value: '', error: errors.get('key'), hint: 'PEM text, without a passphrase', placeholder: '-----BEGIN PRIVATE KEY-----' })}
      <div class="buttons"><button>Upload</button></div>
    </section>
  </form>`;
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
}
