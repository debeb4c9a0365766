import type { HttpRequestHead } from '../../shared/protocol/http-connect.ts';
import { htmlAnswer } from '../http-message.ts';
import type { HttpAnswer } from '../http-message.ts';
import type { LocalHost } from './host-stack.ts';
import type { LanSession } from './lan.ts';

const SERVER = 'DrayWeb/0.0.2';
const SUBMIT_PATH = '/vpnmfa.cgi';
const FORM_PATH = '/vpnmfa.htm';
const TITLE = 'Two-Factor Authentication';

/**
 * The router's own address inside the tunnel. Its web server is where TOTP's second step happens (protocol.md §4):
 *
 *   GET /                                              302 to vpnmfa.htm while a code is due, else 200
 *   GET /vpnmfa.cgi?act=0&ifno=<N>&otp=<digits>&sec=   200 accepted, 201 rejected
 */
export function createGatewayHost(gateway: string): LocalHost {
  return {
    server: SERVER,
    http: (request, session) =>
      session.secondStep.due()
        ? answerWhileDue(request, session, gateway)
        : htmlAnswer(200, page('Vigor Router', '<p>The tunnel is up.</p>')),
  };
}

function answerWhileDue(request: HttpRequestHead, session: LanSession, gateway: string): HttpAnswer {
  const { ifno } = session.secondStep;
  const url = URL.parse(request.target, `http://${gateway}/`);
  if (url?.pathname === SUBMIT_PATH) {
    return submit(url.searchParams, session);
  }
  if (url?.pathname === FORM_PATH) {
    return htmlAnswer(200, page(TITLE, formFor(ifno)));
  }
  const location = `http://${gateway}${FORM_PATH}?ifno=${ifno}&otp=&act=0`;
  return { ...htmlAnswer(302, page('Redirect', '')), headers: { Location: location } };
}

/** A code for another tunnel's number is rejected without using it up. */
function submit(query: URLSearchParams, { secondStep }: LanSession): HttpAnswer {
  const ours = query.get('act') === '0' && query.get('ifno') === String(secondStep.ifno);
  const accepted = ours && secondStep.submit((query.get('otp') ?? '').replaceAll(/\s/g, ''));
  return accepted
    ? htmlAnswer(200, page(TITLE, '<p>Accepted. The tunnel is open.</p>'))
    : htmlAnswer(201, page(TITLE, `<p>Rejected. Wait for the next code.</p>${formFor(secondStep.ifno)}`));
}

function formFor(ifno: number): string {
  return (
    `<form action="${SUBMIT_PATH}" method="get"><input type="hidden" name="act" value="0">` +
    `<input type="hidden" name="ifno" value="${ifno}"><label>Code <input name="otp" inputmode="numeric" ` +
    'autocomplete="one-time-code"></label><input type="hidden" name="sec" value=""><button>OK</button></form>'
  );
}

function page(title: string, body: string): string {
  return (
    `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">` +
    `<title>${title}</title></head>\n` +
    `<body><h1>${title}</h1>${body}</body>\n</html>\n`
  );
}
