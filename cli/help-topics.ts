import type { Command } from 'commander';
import { exitCodesText } from './exit-codes.ts';

const JSON_TOPIC = `With --json a command prints one JSON object per line on standard output, and no other words.
Times are Unix milliseconds, rates bits per second. A field that does not apply is left out.

Every command that fails ends with
  {"event":"failed","reason","message","steps":[...],"exitCode","title"?,"details"?}
  "reason" is a name of "smartvpn help exit-codes"; "details" are the cause's own fields.
What is not as it should be, while the command goes on:
  {"event":"warning","message"}

profile list              {"event":"profile","profile":{...}} for each (no secrets are in a profile)
profile show|add|edit     {"event":"profile","profile":{...}}
profile remove            {"event":"removed","id","name"}
profile import            {"event":"profile","profile":{...}} for each
profile export            the file's content in one line; with --output {"event":"exported","file"}
profile secret set|list   {"event":"kept","profile":{"id","name"},"secret":"password"|"motp-secret"}
profile secret forget     {"event":"forgotten","profile":{"id","name"}}
connect, test             {"event":"mended","message"}         left over from a crash, put right
                          {"event":"stage","stage","text","attempt"}
                          {"event":"connected","profile":{"id","name","server","port"},"since","tunnel":{"interfaceName"?,
                            "address","address6"?,"gateway","dns":[...],"dnsUse"?,"mtu","cipher","routerAddress",
                            "authentication"}}
                          {"event":"waiting","attempt","retryAt","because":{"reason","message","steps"},"traffic"?:"blocked"}
                          {"event":"blocked","because","traffic":"blocked"}  nothing is tried any more, until it is ended
                          {"event":"waiting-for-code","milliseconds"}
                          {"event":"asking","asks","traffic"?}  a question stands on the terminal, or in the "keyring"'s window
                          {"event":"disconnecting"}
                          {"event":"disconnected","session"?:{"startedAt","endedAt","receivedBytes","sentBytes"}}
test                      {"event":"ping","address","milliseconds"?}   without milliseconds: no answer
status                    {"event":"status","state","text","since"?,"profile"?,"pid"?,"tunnel"?,"statistics"?,"failure"?,
                            "traffic"?,"endedAt"?}         endedAt, profile, failure of "disconnected": the last one in the
                                                           background ended by itself; exit code 6, and no "failed"
stats                     {"event":"statistics","at","receivedBytes","sentBytes","receivedPackets","sentPackets",
                            "receiveRate","sendRate","peakReceiveRate","peakSendRate","roundTrip"?}
doctor                    {"event":"mended","message"}         left over from a crash, put right
                          {"event":"doctor","way"?:"network-manager"|"iproute2","closed":{WAY:{...}},
                            "networkManager"?:{"version","isOwn","isPermitted","dnsMode","isDnsSeparable"},
                            "deviceFailure"?:{...},"dnsMethod","canSplitDns",
                            "secrets":{"kind":"keyring","address"}|{"kind":"memory","because":{"reason","detail"}}}
disconnect                {"event":"disconnected","profile":{...}}
ui                        {"event":"address","url"}            lets one window in; another one follows when it was used
log, connect|test|ui --verbose
                          {"event":"log","line"}
otp                       {"event":"code","kind":"motp"|"totp","code","counter","validFrom","validUntil"}
otp new                   {"event":"secret","secret"}
router                    {"event":"listening","host","port","fingerprint","publicKeySha256","users":[...],"pages",
                            "pagesElsewhere":[...],"administrator":{"userName","firstPassword"?},
                            "demoUser"?:{"userName","pin","secret"}}
                          {"event":"syslog","line"}
router --print-config     the configuration in one line
`;

export const TOPICS: Readonly<Record<string, () => string>> = {
  'exit-codes': exitCodesText,
  json: () => JSON_TOPIC,
};

/** `smartvpn help [COMMAND...|exit-codes|json]` */
export function defineHelp(command: Command, program: Command): void {
  command.argument('[topic...]', 'a command, or "exit-codes", or "json"').action((topic: string[]) => {
    const text = TOPICS[topic[0] ?? '']?.();
    if (text !== undefined) {
      process.stdout.write(text);
      return;
    }
    let described = program;
    for (const word of topic) {
      const inner = described.commands.find((candidate) => candidate.name() === word);
      if (inner === undefined) {
        program.error(
          `error: no help on '${topic.join(' ')}'; topics are the commands, exit-codes and json`,
          {
            exitCode: 2,
          },
        );
      }
      described = inner;
    }
    described.outputHelp();
  });
}
