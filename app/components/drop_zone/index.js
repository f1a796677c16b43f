/** Drop zones of the page become groups: as decoration with a name they are neither. */

const ZONES = '[data-testid="stFileUploaderDropzone"][role="presentation"]';

export default function () {
  const mend = () => {
    for (const zone of document.querySelectorAll(ZONES)) zone.setAttribute("role", "group");
  };
  mend();
  const observer = new MutationObserver(mend);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => observer.disconnect();
}
