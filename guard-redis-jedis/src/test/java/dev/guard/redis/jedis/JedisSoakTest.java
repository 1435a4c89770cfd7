package dev.guard.redis.jedis;

import dev.guard.redis.rules.SoakRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Jedis under load")
class JedisSoakTest implements SoakRules {

    @Override
    public String backend() {
        return JedisBackend.NAME;
    }
}
