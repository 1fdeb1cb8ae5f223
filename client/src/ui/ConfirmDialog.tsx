import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Button } from "./Button.tsx";
import styles from "./confirm-dialog.module.css";

/** Asks before something that cannot be undone. Escape, a tap beside it and the first button leave everything as it is. */
export function ConfirmDialog({
  open,
  title,
  text,
  confirm,
  cancel,
  onConfirm,
  onCancel,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}) {
  return (
    <ModalOverlay
      className={styles["scrim"] ?? ""}
      isDismissable
      isOpen={open}
      onOpenChange={(stillOpen) => {
        if (!stillOpen) onCancel();
      }}
    >
      <Modal className={styles["modal"] ?? ""}>
        <Dialog className={styles["dialog"] ?? ""} role="alertdialog">
          <Heading className={styles["title"] ?? ""} slot="title">
            {title}
          </Heading>
          <p className={styles["text"]}>{text}</p>
          <div className={styles["buttons"]}>
            <Button onPress={onCancel}>{cancel}</Button>
            <Button kind="main" onPress={onConfirm}>
              {confirm}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
