import { useCallback, useEffect, useState } from 'react';
import { MOTP_STEP_MILLISECONDS, motpCode, motpCounter, motpStepStart } from '../../../shared/otp/motp.ts';
import { CopyButton } from './copy-button.tsx';
import { clockDifference, clockText } from './router-clock.ts';
import { PinPad } from './pin-pad.tsx';
import { openSecret } from './sealed-secret.ts';
import type { TokenProfile } from './token-profile.ts';
import { useVisible } from './visible.ts';

/** After so long the PIN is forgotten. */
const SHOWN_MILLISECONDS = 60_000;

interface Unlocked {
  readonly secret: string;
  readonly pin: string;
  readonly until: number;
}

/** PIN pad, then the code with what is left of its ten seconds. Whether the PIN was right only the router knows. */
export function CodeView({ profile }: { readonly profile: TokenProfile }) {
  const [unlocked, setUnlocked] = useState<Unlocked>();
  const lock = useCallback(() => setUnlocked(undefined), []);
  const unlock = async (pin: string) => {
    const secret = await openSecret(profile.secret, pin);
    setUnlocked({ secret, pin, until: Date.now() + SHOWN_MILLISECONDS });
  };
  return (
    <main>
      <nav className="bar">
        <a href="#/">‹ Profiles</a>
        <a href={`#/details/${profile.id}`}>Details</a>
      </nav>
      <h1>{profile.name}</h1>
      {unlocked === undefined ? (
        <>
          <p className="lead">Enter your PIN.</p>
          <PinPad digits={profile.pinDigits} onPin={(pin) => void unlock(pin)} />
        </>
      ) : (
        <ShownCode unlocked={unlocked} onOver={lock} />
      )}
      <ClockLine />
    </main>
  );
}

function ShownCode({ unlocked, onOver }: { readonly unlocked: Unlocked; readonly onOver: () => void }) {
  const now = useSeconds();
  // a phone that sleeps stops its timers: the first second after it counts too
  const isOver = now >= unlocked.until;
  useEffect(() => {
    if (isOver) return onOver();
    const timer = setTimeout(onOver, unlocked.until - Date.now());
    return () => clearTimeout(timer);
  }, [isOver, onOver, unlocked]);
  const counter = motpCounter(now);
  const code = motpCode(counter, unlocked.secret, unlocked.pin);
  const left = Math.ceil((motpStepStart(counter) + MOTP_STEP_MILLISECONDS - now) / 1000);
  return (
    <section className="shown" aria-label="One-time password">
      <div className="code-line">
        <output className="code" aria-label="Code">
          {code}
        </output>
        <Timer left={left} />
      </div>
      <div className="buttons">
        <CopyButton text={code} isMain />
        <button type="button" onClick={onOver}>
          Lock
        </button>
      </div>
      <p className="hint">A wrong PIN gives a wrong code: only the router can tell.</p>
    </section>
  );
}

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;

/** Moves once a second, not all the time. */
function Timer({ left }: { readonly left: number }) {
  const share = left / (MOTP_STEP_MILLISECONDS / 1000);
  return (
    <svg className="timer" viewBox="0 0 48 48" role="img" aria-label={`${left} seconds left`}>
      <circle className="ground" cx="24" cy="24" r={RADIUS} />
      <circle
        className={left <= 3 ? 'rest short' : 'rest'}
        cx="24"
        cy="24"
        r={RADIUS}
        strokeDasharray={`${ROUND * share} ${ROUND}`}
        transform="rotate(-90 24 24)"
      />
      <text x="24" y="29" textAnchor="middle">
        {left}
      </text>
    </svg>
  );
}

/** Unix milliseconds, anew at each full second of the device's clock while the page can be seen. */
function useSeconds(): number {
  const [now, setNow] = useState(() => Date.now());
  const isVisible = useVisible();
  useEffect(() => {
    if (!isVisible) return undefined;
    const untilNext = () => 1000 - (Date.now() % 1000);
    const tick = () => {
      setNow(Date.now());
      timer = setTimeout(tick, untilNext());
    };
    let timer = setTimeout(tick, 0);
    return () => clearTimeout(timer);
  }, [isVisible]);
  return now;
}

function ClockLine() {
  const [difference, setDifference] = useState<number>();
  const [isAsked, setAsked] = useState(false);
  const isVisible = useVisible();
  // whoever comes back to the page may have set the clock meanwhile
  useEffect(() => {
    if (!isVisible) return undefined;
    let isGone = false;
    const ask = async () => {
      const found = await clockDifference();
      if (isGone) return;
      setDifference(found);
      setAsked(true);
    };
    void ask();
    return () => {
      isGone = true;
    };
  }, [isVisible]);
  if (!isAsked) return <p className="clock" />;
  const { text, isWrong } = clockText(difference);
  return <p className={isWrong ? 'clock wrong' : 'clock'}>{text}</p>;
}
