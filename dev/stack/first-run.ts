/**
 * Has the first plan of a new source carried out, as a person would after a look at it: the appservice
 * never does so by itself. Does nothing where the source is known.
 */
export async function confirmFirstRun(appserviceUrl: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${appserviceUrl}/api/v1/plans`, { method: "POST", headers });
  if (!answer.ok) return;
  const { firstRun, hash } = (await answer.json()) as {
    readonly firstRun: boolean;
    readonly hash: string;
  };
  if (!firstRun) return;
  await fetch(`${appserviceUrl}/api/v1/plans/${hash}/runs`, { method: "POST", headers });
}
