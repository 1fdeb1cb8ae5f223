import styles from "./sign-in-picture.module.css";

/** Beside the form where there is room: a quiet picture of people talking. */
export function SignInPicture({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <aside className={styles["picture"]}>
      <svg aria-hidden="true" className={styles["drawing"]} viewBox="0 0 480 400">
        <g className={styles["other"]}>
          <circle cx="46" cy="110" r="26" />
          <path d="M112 40h196a30 30 0 0 1 30 30v36a30 30 0 0 1-30 30H92c-6 0-10-4-10-10V70a30 30 0 0 1 30-30Z" />
        </g>
        <g className={styles["lines"]}>
          <path d="M116 76h160M116 102h104" />
        </g>
        <g className={styles["mine"]}>
          <path d="M222 168h186a30 30 0 0 1 30 30v56c0 6-4 10-10 10H222a30 30 0 0 1-30-30v-36a30 30 0 0 1 30-30Z" />
        </g>
        <g className={styles["linesMine"]}>
          <path d="M228 204h164M228 230h86" />
        </g>
        <g className={styles["other"]}>
          <circle cx="46" cy="348" r="26" />
          <path d="M112 296h104a30 30 0 0 1 30 30v18a30 30 0 0 1-30 30H92c-6 0-10-4-10-10v-38a30 30 0 0 1 30-30Z" />
        </g>
        <g className={styles["lines"]}>
          <path d="M116 335h92" />
        </g>
      </svg>
      <div className={styles["words"]}>
        <p className={styles["title"]}>{title}</p>
        <p className={styles["text"]}>{text}</p>
      </div>
    </aside>
  );
}
