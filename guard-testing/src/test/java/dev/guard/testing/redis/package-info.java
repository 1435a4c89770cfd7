@NullMarked
package dev.guard.testing.redis;

import org.jspecify.annotations.NullMarked;
