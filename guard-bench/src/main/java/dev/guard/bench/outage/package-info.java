/** What limiters do while the store is away, and after it: outages, the contestants in them, and what is measured. */
@NullMarked
package dev.guard.bench.outage;

import org.jspecify.annotations.NullMarked;
