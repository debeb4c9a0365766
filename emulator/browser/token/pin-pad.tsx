import { useEffect, useState } from 'react';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export interface PinPadProps {
  readonly digits: number;
  readonly onPin: (pin: string) => void;
}

/** A pad for fingers; a keyboard's digits do as well. The digits are not shown. */
export function PinPad({ digits, onPin }: PinPadProps) {
  const [pin, setPin] = useState('');
  const press = (digit: string) => {
    const next = (pin + digit).slice(0, digits);
    setPin(next.length === digits ? '' : next);
    if (next.length === digits) onPin(next);
  };
  useEffect(() => {
    const onKey = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      if (ctrlKey || metaKey || altKey) return;
      if (/^[0-9]$/.test(key)) press(key);
      else if (key === 'Backspace') setPin(pin.slice(0, -1));
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  return (
    <section className="pad" aria-label="PIN pad">
      <p className="dots" role="status" aria-label={`${pin.length} of ${digits} digits entered`}>
        {Array.from({ length: digits }, (_, place) => (
          <span key={place} className={place < pin.length ? 'dot full' : 'dot'} />
        ))}
      </p>
      <div className="keys">
        {KEYS.map((digit) => (
          <button key={digit} type="button" onClick={() => press(digit)}>
            {digit}
          </button>
        ))}
        <span />
        <button type="button" onClick={() => press('0')}>
          0
        </button>
        <button type="button" aria-label="Delete the last digit" onClick={() => setPin(pin.slice(0, -1))}>
          ⌫
        </button>
      </div>
    </section>
  );
}
