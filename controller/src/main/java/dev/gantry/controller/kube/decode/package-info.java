/**
 * Bodies of requests to documents: JSON, YAML and the protobuf of Kubernetes, bounded, and checked for fields that a kind does not have. Leaves
 * what the fields mean to others.
 */
@NullMarked
package dev.gantry.controller.kube.decode;

import org.jspecify.annotations.NullMarked;
