package dev.guard.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.InvalidArgumentException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "203.0.113.9, 203.0.113.9",
        "::ffff:203.0.113.9, 203.0.113.9",
        "::FFFF:CB00:7109, 203.0.113.9",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "0:0:0:0:0:0:0:1, ::1",
        "fe80::1%eth0, fe80::1",
    })
    void every_spelling_of_an_address_is_one_subject(String spelling, String canonical) {
        assertThat(ClientAddress.parse(spelling)).isEqualTo(canonical);
    }

    @ParameterizedTest(name = "{0} is no address in numbers")
    @ValueSource(
            strings = {
                "",
                "localhost",
                "example.org",
                "1",
                "127.1",
                "0177.0.0.1",
                "127.0.0.01",
                "256.0.0.1",
                "1.2.3.4:80",
                "[::1]",
                "::1/64",
                "%eth0"
            })
    void what_is_no_literal_is_refused_and_never_looked_up(String text) {
        assertThatThrownBy(() -> ClientAddress.parse(text))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void an_address_as_the_JDK_has_it() throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[0] = 0x20;
        bytes[1] = 0x01;
        bytes[15] = 1;

        assertThat(ClientAddress.of(InetAddress.getByAddress("a-name", bytes))).isEqualTo("2001::1");
    }
}
