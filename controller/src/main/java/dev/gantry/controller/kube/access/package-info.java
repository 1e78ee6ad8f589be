/**
 * Who calls the Kubernetes API, and what they may do: client certificates, roles and their bindings. Decides from an
 * image; leaves requests and answers to others.
 */
@NullMarked
package dev.gantry.controller.kube.access;

import org.jspecify.annotations.NullMarked;
