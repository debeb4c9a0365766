import { saveFile } from '../save-file.ts';
import { useWords } from './app-context.ts';
import { Modal } from './modal.tsx';

interface ReportProps {
  readonly report: string;
  readonly onClose: () => void;
}

/** The user reads what would leave the machine before it is written anywhere. */
export function ReportDialog({ report, onClose }: ReportProps) {
  const { text } = useWords();
  const words = text.log;
  return (
    <Modal
      title={words.reportTitle}
      size="large"
      onCancel={onClose}
      onSubmit={() => {
        saveFile('smart-vpn-report.txt', 'text/plain', report);
        onClose();
      }}
      buttons={
        <>
          <button type="button" onClick={onClose}>
            {text.cancel}
          </button>
          <button type="submit" className="primary" data-focus="">
            {words.save}
          </button>
        </>
      }
    >
      <p>{words.reportText}</p>
      <textarea className="report" readOnly value={report} aria-label={words.reportTitle} />
    </Modal>
  );
}
