import { launchChromium } from './peers/chromium/chromium.ts';

const c = await launchChromium({ toneHz: 440, locale: 'en-GB' });
const p = await c.newPage();
p.on('console', (m) => console.log('[c]', m.type(), m.text().slice(0, 300)));
p.on('pageerror', (e) => console.log('[e]', String(e).slice(0, 400)));
p.on('response', (r) => {
  if (r.status() >= 400 || r.url().includes('/v1/')) console.log(r.status(), r.url());
});
await p.goto(process.argv[2]);
await p.waitForTimeout(1500);
await p.screenshot({ path: '/tmp/pw/1.png' });
await p.getByLabel('User name').fill('anna@demo.trunkline.localhost');
await p.getByLabel('Password', { exact: true }).fill('trunkline-demo');
await p.getByRole('button', { name: 'Sign in', exact: true }).click();
await p.waitForTimeout(4000);
await p.screenshot({ path: '/tmp/pw/2.png' });
await c.stop();
process.exit(0);
