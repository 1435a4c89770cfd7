package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A permit")
class PermitTest {

    private static final String LONGEST = "Aa0._~-z".repeat(8);

    @Test
    @DisplayName("carries its id, its cost, the version that it was charged under and the time")
    void carriesItsParts() {
        Permit permit = new Permit("order-17", 3, 2, -5);
        assertThat(permit.id()).isEqualTo("order-17");
        assertThat(permit.cost()).isEqualTo(3);
        assertThat(permit.version()).isEqualTo(2);
        assertThat(permit.time()).isEqualTo(-5);
        assertThat(permit)
                .isEqualTo(new Permit("order-17", 3, 2, -5))
                .isNotEqualTo(new Permit("order-18", 3, 2, -5))
                .isNotEqualTo(new Permit("order-17", 4, 2, -5))
                .isNotEqualTo(new Permit("order-17", 3, 1, -5))
                .isNotEqualTo(new Permit("order-17", 3, 2, -4));
    }

    @Test
    @DisplayName("is printed without its id")
    void isPrintedWithoutItsId() {
        assertThat(new Permit("secret", 2, 3, 4)).hasToString("Permit[cost=2, version=3, time=4]");
    }

    @ParameterizedTest(name = "may have the id {0}")
    @ValueSource(strings = {"a", "z", "A", "Z", "0", "9", ".", "_", "~", "-", "0b9c6f0e-2f6d-4d0e-9a51-6b1f7f1e2a33"})
    void mayHaveTheId(String id) {
        assertThat(new Permit(id, 1, 1, 0).id()).isEqualTo(id);
    }

    @ParameterizedTest(name = "may not have the id \"{0}\"")
    @ValueSource(strings = {"", " ", "a b", "a/b", "a@", "a[", "a`", "a{", "a:", "é", "٣", "ｚ", "a\u0000", "a\n", "😀"})
    void mayNotHaveTheId(String id) {
        assertThatThrownBy(() -> new Permit(id, 1, 1, 0))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage(
                        "permit id of " + id.length() + " characters, expected 1 to 64 of A-Z, a-z, 0-9 and . _ ~ -");
    }

    @Test
    @DisplayName("may have an id of 64 characters and none of 65, which the error does not repeat: it may be a secret")
    void idsEndAt64() {
        assertThat(new Permit(LONGEST, 1, 1, 0).id()).hasSize(Permit.LONGEST_ID);
        assertThatThrownBy(() -> new Permit(LONGEST + "s", 1, 1, 0))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("permit id of 65 characters, expected 1 to 64 of A-Z, a-z, 0-9 and . _ ~ -");
    }

    @Test
    @DisplayName("is refused by name without a cost or a version")
    void refusals() {
        assertThatThrownBy(() -> new Permit("x", 0, 1, 0))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("cost is 0, expected 1 or more");
        assertThatThrownBy(() -> new Permit("x", Long.MIN_VALUE, 1, 0))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("cost is -9223372036854775808, expected 1 or more");
        assertThatThrownBy(() -> new Permit("x", 1, 0, 0))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("version is 0, expected 1 or more");
    }
}
