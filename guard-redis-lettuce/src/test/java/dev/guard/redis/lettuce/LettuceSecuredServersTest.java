package dev.guard.redis.lettuce;

import dev.guard.redis.rules.SecuredServersRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Lettuce, behind TLS and passwords")
class LettuceSecuredServersTest implements SecuredServersRules {

    @Override
    public String backend() {
        return LettuceBackend.NAME;
    }
}
