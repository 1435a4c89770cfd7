package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Key;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How keys are written, which no release may change. */
class KeyLayoutTest {

    private final KeyLayout layout = new KeyLayout("guard");

    @ParameterizedTest
    @DisplayName("A key is written as it always was")
    @CsvSource({
        "default, api, alice, guard:g1:c:default:api:alice",
        "default, api, '', guard:g1:c:default:api:",
        "a:b, c:d, e:f, guard:g1:c:a%3Ab:c%3Ad:e:f",
        "'{t}', '*', '[x]?\\', guard:g1:c:%7Bt%7D:%2A:%5Bx%5D%3F%5C",
        "t, p, 2001:db8::1, guard:g1:c:t:p:2001:db8::1",
        "t, p, ü€😀, guard:g1:c:t:p:%C3%BC%E2%82%AC%F0%9F%98%80",
        "t, p, %7E~, guard:g1:c:t:p:%257E~",
    })
    void aKeyIsWrittenAsItAlwaysWas(String tenant, String policy, String subject, String expected) {
        KeyLayout.Written written = layout.write(new Key(tenant, policy, subject));
        assertThat(text(written.key())).isEqualTo(expected);
        assertThat(written.suffix()).isEmpty();
    }

    @Test
    @DisplayName("A subject of more than 120 bytes is written as its hash, and the value ends with its text")
    void longSubjectsAreHashed() {
        String subject = "é".repeat(60) + "x";
        KeyLayout.Written written = layout.write(new Key("t", "p", subject));
        assertThat(text(written.key())).isEqualTo("guard:g1:c:t:p:%~tjrMNL-KgefBu8UxqcrgmT-649yaUkv8xYf45Xm25Jw");
        assertThat(written.suffix()).startsWith(0, 0, 0, 121).endsWith(0xc3, 0xa9, 'x');
        assertThat(layout.subject("t", "p", written.key())).isEmpty();
        assertThat(layout.write(new Key("t", "p", "é".repeat(60))).suffix()).isEmpty();
    }

    @Property
    @Label("S12 distinct keys are written differently, and a subject is read back as it was")
    void keysStayApart(@ForAll("keys") Key one, @ForAll("keys") Key other) {
        String written = text(layout.write(one).key());
        assertThat(written.equals(text(layout.write(other).key()))).isEqualTo(one.equals(other));
        assertThat(layout.subject(one.tenant(), one.policy(), layout.write(one).key()))
                .isEqualTo(Optional.of(one.subject()));
    }

    @Property
    @Label("S13 the pattern of a tenant and a policy matches their keys, and no others, as it has one star at its end")
    void patternsMatchTheirKeys(@ForAll("keys") Key one, @ForAll("keys") Key other) {
        String pattern = text(layout.pattern(one.tenant(), one.policy()));
        String stem = pattern.substring(0, pattern.length() - 1);
        assertThat(pattern).endsWith("*");
        assertThat(stem).doesNotContain("*", "?", "[", "]", "\\", "^");
        assertThat(text(layout.write(one).key())).startsWith(stem);
        boolean sameList = one.tenant().equals(other.tenant()) && one.policy().equals(other.policy());
        assertThat(text(layout.write(other).key()).startsWith(stem)).isEqualTo(sameList);
    }

    @Provide
    Arbitrary<Key> keys() {
        Arbitrary<String> parts = Arbitraries.strings()
                .withChars("ab:{}*?[]\\%~_-. /\0\n\u00fc\u20ac")
                .withChars('\ud83d', '\ude00', '\udfff')
                .ofMaxLength(4);
        return Combinators.combine(parts, parts, parts)
                .as((tenant, policy, subject) -> new Key("t" + tenant, "p" + policy, subject));
    }

    private static String text(byte[] ascii) {
        return new String(ascii, StandardCharsets.US_ASCII);
    }
}
