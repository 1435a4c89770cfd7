package dev.guard.tck.saboteur;

import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.tck.TckEnvironment;
import dev.guard.tck.saboteur.ModelBackend.Server;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Keys that are taken for one another, and operations that touch more keys, or fewer, than they name. */
final class KeySaboteurs {

    private KeySaboteurs() {}

    static List<Saboteur> all() {
        return List.of(
                Saboteur.confusing(
                        "tenants share their counters",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key("all", key.policy(), key.subject())),
                Saboteur.confusing(
                        "policies share their counters",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(key.tenant(), "all", key.subject())),
                Saboteur.confusing(
                        "joins the parts of a key with a colon",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> key.tenant() + ":" + key.policy() + ":" + key.subject()),
                Saboteur.confusing(
                        "joins the parts of a key with NUL",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> key.tenant() + "\0" + key.policy() + "\0" + key.subject()),
                Saboteur.confusing(
                        "lower-cases subjects",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(key.tenant(), key.policy(), key.subject().toLowerCase(Locale.ROOT))),
                Saboteur.confusing(
                        "trims subjects",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(key.tenant(), key.policy(), key.subject().strip())),
                Saboteur.confusing(
                        "cuts long subjects",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(
                                key.tenant(),
                                key.policy(),
                                key.subject()
                                        .substring(
                                                0, Math.min(120, key.subject().length())))),
                Saboteur.confusing(
                        "takes a hash of a key for the key",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> Objects.hash(key.tenant(), key.policy(), key.subject())),
                Saboteur.confusing(
                        "ends a subject at NUL",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(key.tenant(), key.policy(), key.subject().split("\0", 2)[0])),
                Saboteur.confusing(
                        "writes subjects in ISO 8859-1",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(
                                key.tenant(),
                                key.policy(),
                                new String(
                                        key.subject().getBytes(StandardCharsets.ISO_8859_1),
                                        StandardCharsets.ISO_8859_1))),
                Saboteur.confusing(
                        "normalises unicode",
                        "S12",
                        "it is the first call on this key, of all",
                        key -> new Key(
                                key.tenant(), key.policy(), Normalizer.normalize(key.subject(), Normalizer.Form.NFC))),
                resetting(
                        "a reset forgets every subject that starts alike",
                        (named, other) -> named.tenant().equals(other.tenant())
                                && named.policy().equals(other.policy())
                                && other.subject().startsWith(named.subject())),
                resetting(
                        "a reset takes the subject for a pattern",
                        (named, other) -> named.tenant().equals(other.tenant())
                                && named.policy().equals(other.policy())
                                && glob(named.subject())
                                        .matcher(other.subject())
                                        .matches()),
                resetting(
                        "a reset forgets the subject under every tenant",
                        (named, other) -> named.policy().equals(other.policy())
                                && named.subject().equals(other.subject())),
                resetting(
                        "a reset forgets the subject under every policy",
                        (named, other) -> named.tenant().equals(other.tenant())
                                && named.subject().equals(other.subject())),
                new Saboteur(
                        "a listing misses a key at the turn of a page",
                        "S13",
                        "the listing does not name",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                public KeyPage list(String tenant, String policy, String cursor) {
                                    KeyPage page = super.list(tenant, policy, cursor);
                                    return cursor.equals(START) || page.keys().isEmpty()
                                            ? page
                                            : new KeyPage(
                                                    page.keys()
                                                            .subList(
                                                                    1,
                                                                    page.keys().size()),
                                                    page.next());
                                }
                            };
                        }),
                new Saboteur(
                        "a listing ends with its first page",
                        "S13",
                        "the listing does not name",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                public KeyPage list(String tenant, String policy, String cursor) {
                                    return new KeyPage(
                                            super.list(tenant, policy, cursor).keys(), Optional.empty());
                                }
                            };
                        }),
                new Saboteur(
                        "a listing shows another tenant's keys",
                        "S13",
                        "which was never used under",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                boolean isListed(Key key, String tenant, String policy) {
                                    return key.policy().equals(policy);
                                }
                            };
                        }),
                new Saboteur(
                        "a listing shows another policy's keys",
                        "S13",
                        "which was never used under",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                boolean isListed(Key key, String tenant, String policy) {
                                    return key.tenant().equals(tenant);
                                }
                            };
                        }),
                new Saboteur(
                        "a listing hides keys without a subject",
                        "S13",
                        "the listing does not name",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                boolean isListed(Key key, String tenant, String policy) {
                                    return super.isListed(key, tenant, policy)
                                            && !key.subject().isEmpty();
                                }
                            };
                        }));
    }

    private static final String START = KeyPage.START;

    private interface Touches {
        boolean touches(Key named, Key other);
    }

    private static Saboteur resetting(String name, Touches touches) {
        return new Saboteur(
                name,
                "S13",
                "another key was reset",
                (server, environment) -> new Resetting(server, environment, touches));
    }

    /** Forgets, with the key that a reset names, others. */
    private static final class Resetting extends ModelBackend {
        private final Touches touches;

        Resetting(Server server, TckEnvironment environment, Touches touches) {
            super(server, environment);
            this.touches = touches;
        }

        @Override
        Outcome run(CounterOperation operation) {
            Outcome outcome = super.run(operation);
            if (operation instanceof Reset && outcome == Effect.APPLIED) {
                kept().values().removeIf(kept -> touches.touches(operation.key(), kept.key()));
            }
            return outcome;
        }
    }

    private static Pattern glob(String subject) {
        StringBuilder pattern = new StringBuilder();
        for (char c : subject.toCharArray()) {
            pattern.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }
}
