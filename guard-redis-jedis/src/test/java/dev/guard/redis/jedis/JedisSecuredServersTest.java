package dev.guard.redis.jedis;

import dev.guard.redis.rules.SecuredServersRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Jedis, behind TLS and passwords")
class JedisSecuredServersTest implements SecuredServersRules {

    @Override
    public String backend() {
        return JedisBackend.NAME;
    }
}
