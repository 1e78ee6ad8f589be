/**
 * The Kubernetes API over HTTP: paths, discovery, tables, lists, watches, writes and errors. Leaves the rules of objects
 * to registry, who may do what to access, and HTTP itself to the edge.
 */
@NullMarked
package dev.gantry.controller.kube.serve;

import org.jspecify.annotations.NullMarked;
