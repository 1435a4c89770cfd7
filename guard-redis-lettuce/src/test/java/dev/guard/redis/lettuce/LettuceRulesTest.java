package dev.guard.redis.lettuce;

import dev.guard.redis.rules.RightsRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Lettuce")
class LettuceRulesTest implements RightsRules {

    @Override
    public String backend() {
        return LettuceBackend.NAME;
    }
}
