package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A page of keys")
class KeyPageTest {

    private static final Key ALICE = Key.of("api", "alice");

    @Test
    @DisplayName("keeps the keys that it was made of")
    void keepsItsKeys() {
        List<Key> keys = new ArrayList<>(List.of(ALICE));
        KeyPage page = new KeyPage(keys, Optional.of("7"));
        keys.clear();
        assertThat(page.keys()).containsExactly(ALICE);
        assertThat(page.next()).hasValue("7");
        assertThat(page).isEqualTo(new KeyPage(List.of(ALICE), Optional.of("7")));
        assertThatThrownBy(() -> page.keys().add(ALICE)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("starts at a cursor that is no key's")
    void starts() {
        assertThat(KeyPage.START).isEmpty();
    }
}
