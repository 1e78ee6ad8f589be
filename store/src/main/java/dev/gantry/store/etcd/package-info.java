/**
 * A backend on an etcd cluster, and the only package that knows jetcd. Finds out what became of a commit whose answer got
 * lost, and keeps watches gap-free across connections; replication is etcd's job.
 */
@NullMarked
package dev.gantry.store.etcd;

import org.jspecify.annotations.NullMarked;
