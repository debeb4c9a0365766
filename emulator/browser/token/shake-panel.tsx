import { useEffect, useState } from 'react';
import { MotionEntropy } from './motion-entropy.ts';

interface ShakePanelProps {
  readonly onDone: (motion: MotionEntropy) => void;
  readonly onCancel: () => void;
}

type Sensor = 'asked-for' | 'heard' | 'refused';

const WORDS: Readonly<Record<Sensor, string>> = {
  'asked-for': 'The phone is asked for its sensor…',
  // Not before it is heard: what is shaken until then is lost.
  heard: 'Shake the phone until the bar is full.',
  refused: 'The sensor may not be read. Take Random: it is as good.',
};

/** "Shake the phone": what its sensor says is mixed in until there is enough. */
export function ShakePanel({ onDone, onCancel }: ShakePanelProps) {
  const [motion] = useState(() => new MotionEntropy());
  const [progress, setProgress] = useState(0);
  const [sensor, setSensor] = useState<Sensor>('asked-for');
  useEffect(() => {
    const onMotion = ({ accelerationIncludingGravity, timeStamp }: DeviceMotionEvent) => {
      const { x, y, z } = accelerationIncludingGravity ?? { x: 0, y: 0, z: 0 };
      motion.add(x ?? 0, y ?? 0, z ?? 0, timeStamp);
      setProgress(motion.progress);
      if (motion.progress === 1) onDone(motion);
    };
    let isOver = false;
    void askForMotion().then((isAllowed) => {
      if (isOver) return;
      if (isAllowed) addEventListener('devicemotion', onMotion);
      setSensor(isAllowed ? 'heard' : 'refused');
    });
    return () => {
      isOver = true;
      removeEventListener('devicemotion', onMotion);
    };
  }, [motion, onDone]);
  return (
    <div className="shake">
      <p role="status">{WORDS[sensor]}</p>
      <progress value={progress} aria-label="Shaken" />
      <div className="buttons">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </div>
  );
}

/** iOS wants to be asked; elsewhere there is nothing to ask. */
async function askForMotion(): Promise<boolean> {
  if (!('requestPermission' in DeviceMotionEvent)) return true;
  const ask: unknown = DeviceMotionEvent.requestPermission;
  if (typeof ask !== 'function') return true;
  try {
    const answer: unknown = await Promise.resolve<unknown>(Reflect.apply(ask, DeviceMotionEvent, []));
    return answer === 'granted';
  } catch {
    return false;
  }
}
