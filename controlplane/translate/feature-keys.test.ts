import { expect, test } from 'vitest';
import { SHORT_FORM } from '../../common/testing/short-form.ts';
import { FEATURE_NAMES, readFeatures, type Features } from './features.ts';
import { NO_OPTIONS } from './options.ts';
import { FEATURE_SAMPLES } from './testing/features.ts';
import { caseInputs, caseNames, caseView, golden, readCase, type Case } from './testing/cases.ts';
import { translate } from './translate.ts';

// Two proxies of one resource share what both of them have. A cache key without a feature would give one of them the configuration of the other,
// so the second of each pair must have the same configuration as if it were alone.

type Pair = readonly [string, Features, Features];

/** Proxies with the features of a case, and with nearly all features, each beside one that differs in one feature. */
function pairs({ features = {} }: Case): readonly Pair[] {
  const own = readFeatures(features);
  const all = readFeatures(Object.fromEntries(FEATURE_NAMES.map((name) => [name, FEATURE_SAMPLES[name][0]])));
  const most = { ...all, loopbackEgress: false, untraced: false };
  return [own, most].flatMap((first) =>
    FEATURE_NAMES.flatMap((name) =>
      [undefined, ...FEATURE_SAMPLES[name]]
        .map((value) => readFeatures({ ...first, [name]: value }))
        .filter((second) => second[name] !== first[name])
        .map((second): Pair => [name, first, second]),
    ),
  );
}

function textOf(view: ReturnType<typeof caseView>, each: Case, features: Features): string {
  const options = { ...NO_OPTIONS, ...features, ...each.settings };
  return JSON.stringify(golden(translate(view, options, caseInputs(each))));
}

const SHOWN = SHORT_FORM
  ? /^(tls-listeners|tls-client-policies-agent|tls-defaults-sds|mtls-callers|tcp-shared-agent)$/
  : /^(tls|mtls|authorization|tcp-shared|cloud-map|metric|trace|loopback|access-log-otlp|ipv6)/;
const NAMES = caseNames().filter((name) => SHOWN.test(name));

test.each(NAMES)('%s: no feature is missing in a cache key', (name) => {
  for (const [feature, first, second] of pairs(readCase(name))) {
    // Caches are keyed by the objects of the model, and each reading of a case has its own objects.
    const [each, other] = [readCase(name), readCase(name)];
    const shared = caseView(each);
    textOf(shared, each, first);
    expect([feature, textOf(shared, each, second)]).toEqual([
      feature,
      textOf(caseView(other), other, second),
    ]);
  }
});
