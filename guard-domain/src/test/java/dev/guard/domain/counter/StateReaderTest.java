package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.CorruptStateException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The reader of stored bytes")
class StateReaderTest {

    @ParameterizedTest(name = "of {0} characters")
    @DisplayName("reads a text up to the end")
    @ValueSource(ints = {0, 1, 127})
    void texts(int length) {
        String text = "a".repeat(length);
        StateReader in = new StateReader(bytes(length, text));
        assertThat(in.text("a text")).isEqualTo(text);
        in.end();
    }

    @Test
    @DisplayName("takes the character 0 for a character, and a byte above 127 for none")
    void characters() {
        assertThat(new StateReader(bytes(1, "\0")).text("a text")).isEqualTo("\0");
        assertThatThrownBy(() -> new StateReader(bytes(1, "\u00ff")).text("a text"))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageEndingWith("a text has a byte above 127; expected ASCII");
    }

    @Test
    @DisplayName("refuses a text of more than 127 bytes, and one that ends behind the last byte")
    void tooLong() {
        assertThatThrownBy(() -> new StateReader(bytes(128, "a".repeat(128))).text("a text"))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageEndingWith("a text has 128 bytes; expected at most 127, and no more than follow");
        assertThatThrownBy(() -> new StateReader(bytes(3, "aa")).text("a text"))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageEndingWith("a text has 3 bytes; expected at most 127, and no more than follow");
    }

    private static byte[] bytes(int length, String text) {
        return ((char) length + text).getBytes(StandardCharsets.ISO_8859_1);
    }
}
