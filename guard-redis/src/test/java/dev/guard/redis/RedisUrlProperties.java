package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisUrl.Host;
import dev.guard.redis.RedisUrl.Topology;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

@Label("A Redis URL, whatever is in it,")
class RedisUrlProperties {

    private static final String SETTING = "backends.redis.url";

    @Property
    @Label("means what was written into it, after it was percent-encoded")
    void meansWhatWasWritten(
            @ForAll("topologies") Topology topology,
            @ForAll boolean tls,
            @ForAll("credentials") Optional<String> user,
            @ForAll("credentials") Optional<String> password,
            @ForAll("hosts") List<Host> hosts,
            @ForAll @IntRange(max = 99) int database) {
        List<Host> used = topology == Topology.STANDALONE ? hosts.subList(0, 1) : hosts;
        String text = (tls ? "rediss" : "redis")
                + switch (topology) {
                    case STANDALONE -> "://";
                    case SENTINEL -> "-sentinel://";
                    case CLUSTER -> "-cluster://";
                }
                + user.map(RedisUrlProperties::encoded).orElse("")
                + password.map(word -> ":" + encoded(word)).orElse("")
                + (user.isPresent() || password.isPresent() ? "@" : "")
                + used.stream().map(Host::toString).collect(Collectors.joining(","))
                + (topology == Topology.CLUSTER ? "" : "/" + database)
                + (topology == Topology.SENTINEL ? "?master=m" : "");
        RedisUrl url = RedisUrl.parse(SETTING, text);
        assertThat(url.topology()).isEqualTo(topology);
        assertThat(url.tls()).isEqualTo(tls);
        assertThat(url.user()).isEqualTo(user);
        assertThat(url.password()).isEqualTo(password);
        assertThat(url.hosts()).isEqualTo(used);
        assertThat(url.database()).isEqualTo(topology == Topology.CLUSTER ? 0 : database);
    }

    @Property
    @Label(
            "shows no secret, neither in its text nor in an error, however wrong it is and whether or not it was percent-encoded")
    void showsNoSecret(
            @ForAll("secrets") String secret,
            @ForAll boolean encoded,
            @ForAll("texts") String text,
            @ForAll("mistakes") Mistake mistake) {
        String written = mistake.in(text.replace("SECRET", encoded ? encoded(secret) : secret));
        String shown = shown(written);
        assertThat(shown).doesNotContain(secret).doesNotContain(encoded(secret));
        for (int i = 0; i + 8 <= secret.length(); i++) {
            assertThat(shown).doesNotContain(secret.substring(i, i + 8));
        }
    }

    @Property
    @Label("is either read, or refused with an error that names the setting and what was expected")
    void isReadOrRefused(@ForAll("garbage") String text) {
        try {
            RedisUrl url = RedisUrl.parse(SETTING, text);
            assertThat(url.socket().isPresent()).isEqualTo(url.hosts().isEmpty());
        } catch (GuardConfigurationException e) {
            assertThat(e.detail()).startsWith(SETTING + " is '");
            assertThat(e.detail().chars().allMatch(c -> c >= ' ' && c != 0x7f)).isTrue();
        }
    }

    private static String shown(String text) {
        try {
            RedisUrl url = RedisUrl.parse(SETTING, text);
            return url + url.masked() + url.address();
        } catch (GuardConfigurationException e) {
            assertThat(e).hasNoCause();
            return e.detail() + e;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Provide
    Arbitrary<Topology> topologies() {
        return Arbitraries.of(Topology.class);
    }

    @Provide
    Arbitrary<Optional<String>> credentials() {
        return Arbitraries.strings()
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(text -> text.equals(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)))
                .optional();
    }

    @Provide
    Arbitrary<List<Host>> hosts() {
        Arbitrary<String> names =
                Arbitraries.of("localhost", "10.0.0.1", "a-b.example", "under_score", "::1", "2001:db8::7");
        return Combinators.combine(names, Arbitraries.integers().between(1, 65_535))
                .as(Host::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    /** Long enough to be told from the rest of a text, and of every character that means something in a URL. */
    @Provide
    Arbitrary<String> secrets() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .withChars('@', ':', '/', '?', '#', '%', '&', '=', ',', '[', ']', ' ', 'ö')
                .ofMinLength(10)
                .ofMaxLength(30)
                // A text that stands for another topology when it is cut is no secret any more.
                .filter(text -> !text.contains("***"));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                "redis://:SECRET@localhost:6379/0",
                "redis://guard:SECRET@localhost",
                "rediss://guard:SECRET@store.example:6380/3?timeout=1s",
                "redis-sentinel://:SECRET@a:1,b:2/1?master=m",
                "redis-sentinel://a,b?master=m&sentinel_password=SECRET",
                "redis-sentinel://u:SECRET@a,b?master=m&sentinel_user=u&sentinel_password=SECRET&timeout=1s",
                "redis-cluster://guard:SECRET@a:1,b:2",
                "redis-socket://:SECRET@/run/redis.sock?db=1",
                "redis://guard:SECRET@localhost?timeout=never",
                "redis://guard:SECRET@localhost/16x",
                "redis://guard:SECRET@local host",
                "redis://guard:SECRET@",
                "redis://SECRET@localhost",
                "redis:/:SECRET@localhost",
                "http://:SECRET@localhost",
                ":SECRET@localhost:6379",
                "redis://:SECRET@localhost:port",
                "redis://:SECRET@[::1",
                "redis://:SECRET@localhost?colour=red");
    }

    /** What may happen to a URL on its way into a configuration. */
    enum Mistake {
        NONE {
            @Override
            String in(String text) {
                return text;
            }
        },
        QUOTED {
            @Override
            String in(String text) {
                return '"' + text + '"';
            }
        },
        BROKEN_OFF {
            @Override
            String in(String text) {
                return text.substring(0, text.length() - 1);
            }
        },
        TWICE {
            @Override
            String in(String text) {
                return text + text;
            }
        },
        LINE_END {
            @Override
            String in(String text) {
                return text + "\n";
            }
        };

        abstract String in(String text);
    }

    @Provide
    Arbitrary<Mistake> mistakes() {
        return Arbitraries.of(Mistake.class);
    }

    @Provide
    Arbitrary<String> garbage() {
        Arbitrary<String> parts = Arbitraries.of(
                "redis://",
                "rediss-sentinel://",
                "redis-cluster://",
                "redis-socket://",
                "host",
                ":6379",
                ":",
                "@",
                "/",
                "?",
                "&",
                "=",
                ",",
                "[",
                "]",
                "::1",
                "%",
                "%41",
                "master",
                "timeout",
                "1s",
                "db",
                "0",
                "#",
                "ca",
                " ",
                "\u0000",
                "ö",
                "..");
        return parts.list().ofMaxSize(12).map(list -> String.join("", list));
    }
}
