/**
 * Says which class an ingress is of, and whether it is served here. What its nodes are told of it is for {@code kube.ingress}, which classes there
 * are is for users.
 */
@NullMarked
package dev.gantry.controller.kube.ingressclass;

import org.jspecify.annotations.NullMarked;
