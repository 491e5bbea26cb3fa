import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalControlPlane, type LocalControlPlane } from '../test/lab/programs/local-control-plane.ts';
import { barriers, chromiumPath, startBrowser, type TestBrowser } from './testing/browser.ts';
import { addresses, buildPages, goTo } from './testing/pages.ts';

const DAYBREAK = join(import.meta.dirname, '../cli/main.ts');

// Users of the console: signing in and out, and the bounds of their policies.

const why = chromiumPath() === undefined ? 'chromium is not installed' : undefined;

describe.skipIf(why !== undefined)(`users${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let folder: string;
  let plane: LocalControlPlane;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPages();
    folder = await mkdtemp(join(tmpdir(), 'daybreak-pages-'));
    const credentials = join(folder, 'credentials.json');
    await writeFile(credentials, JSON.stringify(CREDENTIALS), { mode: 0o600 });
    plane = await startLocalControlPlane(['--data', join(folder, 'model'), '--credentials', credentials]);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const linkFor = async (key: string): Promise<string> => {
    const env = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'us-east-1' };
    const args = ['console', '--no-open', '-o', 'json', '--endpoint', plane.api];
    const { stdout } = await execa(process.execPath, [DAYBREAK, ...args], { env });
    return (JSON.parse(stdout) as { url: string }).url;
  };

  test('a mesh that is created while there is none appears on an open page: the page stayed without one', async () => {
    const open = await signedIn(browser, plane, 'AKIAWRITER');
    await open.getByText('There is no mesh yet.').waitFor();
    const writer = await signedIn(browser, plane, 'AKIAWRITER');
    expect(await writer.evaluate<number>(WRITE('/v20190125/meshes', { meshName: 'm' }))).toBe(200);
    await open.getByText('There is no mesh yet.').waitFor({ state: 'detached' });
  });

  test('a user who may only read sees no button, and the forged request of such a user is refused', async () => {
    const writer = await signedIn(browser, plane, 'AKIAWRITER');
    const nodes = '/v20190125/meshes/m/virtualNodes';
    const spec = {
      listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
      serviceDiscovery: { dns: { hostname: 'a' } },
    };
    expect(await writer.evaluate<number>(WRITE(nodes, { virtualNodeName: 'a', spec }))).toBe(200);

    const reader = await signedIn(browser, plane, 'AKIAREADER');
    await goTo(reader, plane.api, addresses('m', 'a', 'a')['resource'] ?? '');
    await reader.getByRole('heading', { name: 'a', exact: true }).waitFor();
    await reader.getByText('Read only').waitFor();
    expect(await reader.getByRole('button', { name: /Edit|Delete|Save/ }).count()).toBe(0);
    expect(await reader.getByRole('link', { name: 'Create' }).count()).toBe(0);
    expect(await reader.evaluate<number>(WRITE(nodes, { virtualNodeName: 'b', spec }))).toBe(403);
  });

  test('a user who may not see configurations may still write: the page took the refused preview for a refused change', async () => {
    const page = await signedIn(browser, plane, 'AKIAEDITOR');
    await goTo(page, plane.api, addresses('m', 'a', 'a')['resource'] ?? '');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Specification' }).fill('{}');
    await page.getByText(/is not authorized to perform: daybreak:GetConfigDump/).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Version 2').waitFor();
  });

  test('a text that is being edited outlives its session, and is not shown to another user', async () => {
    const page = await signedIn(browser, plane, 'AKIAWRITER');
    await goTo(page, plane.api, addresses('m', 'a', 'a')['resource'] ?? '');
    await page.getByRole('button', { name: 'Edit' }).click();
    const editor = page.getByRole('textbox', { name: 'Specification' });
    await editor.fill('backends: [] # mine');
    await page.context().clearCookies();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, 'AKIAWRITER');
    await expect.poll(() => editor.inputValue()).toBe('backends: [] # mine');
    await page.context().clearCookies();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, 'AKIAEDITOR');
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    expect(await editor.count()).toBe(0);
  });

  test('a wrong secret is refused in words, and the page for signing in has no barrier', async () => {
    const page = await browser.open(`${plane.api}/console/`);
    await page.getByLabel('Access key ID').fill('AKIAREADER');
    await page.getByLabel('Secret access key').fill('not-the-secret-of-it');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('a session whose key is withdrawn ends in words, and the page offers to sign in', async () => {
    const page = await signedIn(browser, plane, 'AKIALEAVER');
    const [account] = CREDENTIALS.accounts;
    const users = account?.users.filter(({ name }) => name !== 'leaver') ?? [];
    const without = { accounts: [{ ...account, users }] };
    await writeFile(join(folder, 'credentials.json'), JSON.stringify(without), { mode: 0o600 });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('The session has ended').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Access key ID').fill('AKIAREADER');
    await page.getByLabel('Secret access key').fill(SECRET);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(await page.getByText('The session has ended').count()).toBe(0);
  });

  test('a link signs in once, and its second use is refused in words', async () => {
    const url = await linkFor('AKIAREADER');
    const first = await browser.open(url);
    await first.getByRole('button', { name: 'Sign out' }).waitFor();
    const second = await browser.open(url);
    await second.getByText(/was used, or is older than a minute/).waitFor();
    expect(await second.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
  });

  test('an open page goes on with the session that another tab of its browser begins: each write was refused until it was loaded anew', async () => {
    const first = await signedIn(browser, plane, 'AKIAWRITER');
    await goTo(first, plane.api, addresses('m', 'a', 'a')['create'] ?? '');
    const second = await first.context().newPage();
    await second.goto(await linkFor('AKIAWRITER'));
    await second.getByRole('button', { name: 'Sign out' }).waitFor();
    await first.getByLabel('Name', { exact: true }).fill('second-tab');
    await first.getByRole('button', { name: 'Save' }).click();
    await first.getByRole('heading', { name: 'second-tab' }).waitFor();
    await second.goto(await linkFor('AKIAREADER'));
    await first.getByText('Read only').waitFor();
    expect(await first.getByRole('button', { name: 'Edit' }).count()).toBe(0);
  });

  test('after signing out, the page asks for a key again', async () => {
    const page = await signedIn(browser, plane, 'AKIAREADER');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

const SECRET = 'at-least-16-characters';
const CREDENTIALS = {
  accounts: [
    {
      id: '111122223333',
      users: [
        {
          name: 'writer',
          accessKeys: [{ accessKeyId: 'AKIAWRITER', secretAccessKey: SECRET }],
          policies: [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
        },
        {
          name: 'leaver',
          accessKeys: [{ accessKeyId: 'AKIALEAVER', secretAccessKey: SECRET }],
          policies: [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
        },
        {
          name: 'editor',
          accessKeys: [{ accessKeyId: 'AKIAEDITOR', secretAccessKey: SECRET }],
          policies: [
            { Statement: { Effect: 'Allow', Action: ['appmesh:*', 'daybreak:GetStatus'], Resource: '*' } },
          ],
        },
        {
          name: 'reader',
          accessKeys: [{ accessKeyId: 'AKIAREADER', secretAccessKey: SECRET }],
          policies: [
            {
              Statement: {
                Effect: 'Allow',
                Action: [
                  'appmesh:Describe*',
                  'appmesh:List*',
                  'daybreak:Get*',
                  'daybreak:List*',
                  'daybreak:Describe*',
                ],
                Resource: '*',
              },
            },
          ],
        },
      ],
    },
  ],
};

/** A script that sends a write as the page would, with the token of its session, and answers the status. */
function WRITE(path: string, body: object): string {
  return `fetch('/console/session').then((answer) => answer.json()).then(({ token }) =>
    fetch(${JSON.stringify(path)}, { method: 'PUT', body: ${JSON.stringify(JSON.stringify(body))}, headers: { 'x-daybreak-token': token } })
  ).then(({ status }) => status)`;
}

async function signedIn(browser: TestBrowser, plane: LocalControlPlane, key: string): Promise<Page> {
  const page = await browser.open(`${plane.api}/console/`);
  await signIn(page, key);
  return page;
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('Access key ID').fill(key);
  await page.getByLabel('Secret access key').fill(SECRET);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}
