/**
 * Decides what a request does to a store that runs in this process: revisions, guards, leases. Keeps no values, writes
 * nothing and has no threads; the memory and the embedded backend do that around it.
 */
@NullMarked
package dev.gantry.store.ledger;

import org.jspecify.annotations.NullMarked;
