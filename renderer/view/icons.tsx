import type { ReactNode } from 'react';
import { assertNever } from '../../shared/assert-never.ts';
import type { ConnectionState } from '../../shared/connection.ts';

/** Drawn for this program on a grid of 16. They decorate: what they mean stands beside them in words. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export function PlusIcon() {
  return (
    <Icon>
      <path d="M8 3v10M3 8h10" />
    </Icon>
  );
}

export function PencilIcon() {
  return (
    <Icon>
      <path d="M3 13l.7-2.900L10.500 3.300a1.200 1.200 0 0 1 1.700 0l.5.5a1.200 1.200 0 0 1 0 1.700L5.900 12.300z M9.300 4.500l2.200 2.200" />
    </Icon>
  );
}

export function CopyIcon() {
  return (
    <Icon>
      <path d="M5.500 5.500V3.500a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.500 5.500h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z" />
    </Icon>
  );
}

export function TrashIcon() {
  return (
    <Icon>
      <path d="M2.500 4.500h11M6 4.500V3a.5.5 0 0 1 .5-.5h3a.5.5 0 0 1 .5.5v1.500M4 4.500l.6 8.500a.6.6 0 0 0 .6.5h5.600a.6.6 0 0 0 .6-.5L12 4.500M6.700 7v4M9.300 7v4" />
    </Icon>
  );
}

export function ImportIcon() {
  return (
    <Icon>
      <path d="M8 2.500v7.500M5 7l3 3 3-3M2.500 11.500v1a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-1" />
    </Icon>
  );
}

export function ExportIcon() {
  return (
    <Icon>
      <path d="M8 10V2.500M5 5.500l3-3 3 3M2.500 11.500v1a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-1" />
    </Icon>
  );
}

export function SearchIcon() {
  return (
    <Icon>
      <circle cx="7" cy="7" r="4.200" />
      <path d="M10.200 10.200l3.300 3.300" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="M4 4l8 8M12 4l-8 8" />
    </Icon>
  );
}

export function BackIcon() {
  return (
    <Icon>
      <path d="M9.500 3.500L5 8l4.500 4.500" />
    </Icon>
  );
}

export function LogIcon() {
  return (
    <Icon>
      <path d="M3 4h10M3 8h10M3 12h6" />
    </Icon>
  );
}

export function SlidersIcon() {
  return (
    <Icon>
      <path d="M2.500 4.500h5M11.500 4.500h2M2.500 11.500h2M8.500 11.500h5" />
      <circle cx="9.500" cy="4.500" r="1.800" />
      <circle cx="6.500" cy="11.500" r="1.800" />
    </Icon>
  );
}

export function WarningIcon() {
  return (
    <Icon>
      <path d="M8 2.300l6 10.900a.4.4 0 0 1-.4.600H2.400a.4.4 0 0 1-.4-.600zM8 6.300v3.500M8 11.700v.100" />
    </Icon>
  );
}

/** A state's sign: colour and shape both tell it. */
export function StateSign({ state }: { readonly state: ConnectionState['state'] }) {
  return (
    <svg className={`sign sign-${state}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {signShape(state)}
    </svg>
  );
}

function signShape(state: ConnectionState['state']): ReactNode {
  switch (state) {
    case 'connected':
      return (
        <>
          <circle className="sign-fill" cx="8" cy="8" r="7" />
          <path className="sign-mark" d="M4.800 8.300l2.200 2.200 4.200-4.700" />
        </>
      );
    case 'failed':
      return (
        <>
          <circle className="sign-fill" cx="8" cy="8" r="7" />
          <path className="sign-mark" d="M5.500 5.500l5 5M10.500 5.500l-5 5" />
        </>
      );
    case 'prompting':
      return (
        <>
          <circle className="sign-fill" cx="8" cy="8" r="7" />
          <path
            className="sign-mark"
            d="M6 6.300a2 2 0 1 1 2.900 1.800c-.6.300-.9.600-.9 1.200M8 11.400v.1"
          />
        </>
      );
    case 'connecting':
    case 'waiting':
    case 'disconnecting':
      return (
        <>
          <circle className="sign-fill" cx="8" cy="8" r="7" />
          <path className="sign-mark" d="M4.900 8h.1M8 8h.1M11.100 8h.1" />
        </>
      );
    case 'disconnected':
      return <circle className="sign-ring" cx="8" cy="8" r="6" />;
    default:
      return assertNever(state);
  }
}
