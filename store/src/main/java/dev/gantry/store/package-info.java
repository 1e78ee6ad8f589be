/**
 * The declarative store: typed records, immutable images of them, guarded transactions, gap-free
 * changes, leases. Backends keep the bytes (etcd, embedded, memory); everything above them is here
 * once.
 */
@NullMarked
package dev.gantry.store;

import org.jspecify.annotations.NullMarked;
