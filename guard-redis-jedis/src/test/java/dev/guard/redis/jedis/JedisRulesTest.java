package dev.guard.redis.jedis;

import dev.guard.redis.rules.RightsRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Jedis")
class JedisRulesTest implements RightsRules {

    @Override
    public String backend() {
        return JedisBackend.NAME;
    }
}
