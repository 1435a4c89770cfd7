package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A deadline")
class DeadlineTest {

    @ParameterizedTest
    @ValueSource(longs = {0, -7, 1_000_000, Long.MAX_VALUE - 5, Long.MIN_VALUE + 3})
    @DisplayName("has passed from its moment on, also where the clock overflows meanwhile")
    void passing(long now) {
        Deadline deadline = Deadline.after(now, 10);
        assertThat(deadline.remaining(now)).isEqualTo(10);
        assertThat(deadline.remaining(now + 13)).isEqualTo(-3);
        assertThat(deadline.hasPassed(now + 9)).isFalse();
        assertThat(deadline.hasPassed(now + 10)).isTrue();
        assertThat(deadline.hasPassed(now + 11)).isTrue();
        assertThat(deadline.isNone()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -7, 1_000_000, Long.MAX_VALUE - 5, Long.MIN_VALUE + 3})
    @DisplayName("is earlier or later than another, also where the clock overflows between them")
    void order(long now) {
        Deadline sooner = Deadline.after(now, 2);
        Deadline later = Deadline.after(now, 10);
        assertThat(sooner.orEarlier(later)).isSameAs(sooner);
        assertThat(later.orEarlier(sooner)).isSameAs(sooner);
        assertThat(sooner.orLater(later)).isSameAs(later);
        assertThat(later.orLater(sooner)).isSameAs(later);
        Deadline same = Deadline.after(now, 2);
        assertThat(sooner.orEarlier(same)).isSameAs(sooner);
        assertThat(sooner.orLater(same)).isSameAs(sooner);
    }

    @Test
    @DisplayName("is never reached where there is none")
    void none() {
        Deadline some = Deadline.after(5, 10);
        assertThat(Deadline.NONE.isNone()).isTrue();
        assertThat(Deadline.NONE.remaining(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(Deadline.NONE.hasPassed(Long.MAX_VALUE)).isFalse();
        assertThat(Deadline.NONE.orEarlier(some)).isSameAs(some);
        assertThat(some.orEarlier(Deadline.NONE)).isSameAs(some);
        assertThat(Deadline.NONE.orLater(some)).isSameAs(Deadline.NONE);
        assertThat(some.orLater(Deadline.NONE)).isSameAs(Deadline.NONE);
    }
}
