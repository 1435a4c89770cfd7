package dev.guard.redis.lettuce;

import dev.guard.redis.rules.ClusterFailoverRules;
import dev.guard.redis.rules.FailoverRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Lettuce, when a primary is lost")
class LettuceFailoverTest implements FailoverRules, ClusterFailoverRules {

    @Override
    public String backend() {
        return LettuceBackend.NAME;
    }
}
