/** Classes that keep or break the rules of guard-domain, for the tests of the rules. The real package is in guard-domain. */
@NullMarked
package dev.guard.domain;

import org.jspecify.annotations.NullMarked;
