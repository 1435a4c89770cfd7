package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Digits")
class DigitsTest {

    @ParameterizedTest(name = "{0} is {1}")
    @DisplayName("are read up to the largest number, which stands for all that is larger")
    @CsvSource({
        "0, 0",
        "007, 7",
        "9223372036854775800, 9223372036854775800",
        "9223372036854775806, 9223372036854775806",
        "9223372036854775807, 9223372036854775807",
        "9223372036854775808, 9223372036854775807",
        "92233720368547758060, 9223372036854775807",
    })
    void saturated(String digits, long value) {
        assertThat(Digits.saturated(digits)).isEqualTo(value);
    }
}
