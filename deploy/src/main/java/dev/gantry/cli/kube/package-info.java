/** Applies documents to the Kubernetes API: what kinds it has, what would change, and how far workloads are. */
@NullMarked
package dev.gantry.cli.kube;

import org.jspecify.annotations.NullMarked;
