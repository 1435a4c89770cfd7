package dev.guard.redis.lettuce;

import dev.guard.redis.rules.SoakRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Lettuce under load")
class LettuceSoakTest implements SoakRules {

    @Override
    public String backend() {
        return LettuceBackend.NAME;
    }
}
