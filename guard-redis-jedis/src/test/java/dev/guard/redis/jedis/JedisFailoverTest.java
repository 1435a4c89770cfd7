package dev.guard.redis.jedis;

import dev.guard.redis.rules.ClusterFailoverRules;
import dev.guard.redis.rules.FailoverRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Jedis, when a primary is lost")
class JedisFailoverTest implements FailoverRules, ClusterFailoverRules {

    @Override
    public String backend() {
        return JedisBackend.NAME;
    }
}
