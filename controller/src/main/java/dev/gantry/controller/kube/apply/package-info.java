/**
 * Server-side apply: who owns which fields of an object, what becomes of them when somebody applies, and who is in whose way. Pure. The
 * rules are those of the documentation of Kubernetes, "Server-Side Apply".
 */
@NullMarked
package dev.gantry.controller.kube.apply;

import org.jspecify.annotations.NullMarked;
