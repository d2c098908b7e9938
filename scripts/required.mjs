const KNOWN = ['loki', 'apiserver', 'node'];

/**
 * What `CI_REQUIRE` demands of a machine, as `loki,apiserver,node`: a suite whose prerequisite is missing fails there,
 * and says so in one line elsewhere.
 * @param {'loki' | 'apiserver' | 'node'} name
 */
export function isRequired(name) {
  const names = (process.env.CI_REQUIRE ?? '').split(',').flatMap((part) => part.trim() || []);
  const unknown = names.filter((one) => !KNOWN.includes(one));
  if (unknown.length > 0) {
    console.log(`CI_REQUIRE: unknown ${unknown.join(', ')} (known: ${KNOWN.join(', ')})\n\n0 passed, 1 failed`);
    process.exit(1);
  }
  return names.includes(name);
}
