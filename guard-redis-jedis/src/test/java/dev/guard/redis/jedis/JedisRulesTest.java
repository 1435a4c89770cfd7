package dev.guard.redis.jedis;

import dev.guard.redis.rules.AuditRules;
import dev.guard.redis.rules.CertificateRules;
import dev.guard.redis.rules.CompletionRules;
import dev.guard.redis.rules.FaultRules;
import dev.guard.redis.rules.OutageRules;
import dev.guard.redis.rules.RightsRules;
import dev.guard.redis.rules.ScriptLossRules;
import dev.guard.redis.rules.VersionRules;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Redis through Jedis")
class JedisRulesTest
        implements RightsRules,
                VersionRules,
                CertificateRules,
                CompletionRules,
                OutageRules,
                ScriptLossRules,
                AuditRules,
                FaultRules {

    @Override
    public String backend() {
        return JedisBackend.NAME;
    }
}
