import { Component, type ReactNode } from 'react';
import { useWords } from './app-context.ts';

interface BoundaryProps {
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly detail: string | undefined;
}

/** A fault of ours would leave an empty window, behind which connections go on: it is said, with a way out of it. */
export class FaultBoundary extends Component<BoundaryProps, BoundaryState> {
  override readonly state: BoundaryState = { detail: undefined };

  static getDerivedStateFromError(fault: unknown): BoundaryState {
    return { detail: fault instanceof Error ? fault.message : String(fault) };
  }

  override render(): ReactNode {
    const { detail } = this.state;
    return detail === undefined ? this.props.children : <FaultScreen detail={detail} />;
  }
}

function FaultScreen({ detail }: { readonly detail: string }) {
  const { text } = useWords();
  return (
    <main className="whole" role="alert">
      <h1>{text.fault.title}</h1>
      <p>{text.error.internal({ code: 'internal', detail })}</p>
      <p>{text.fault.goesOn}</p>
      <div className="button-row">
        <button
          type="button"
          className="primary"
          onClick={() => {
            location.reload();
          }}
        >
          {text.fault.reload}
        </button>
      </div>
    </main>
  );
}
