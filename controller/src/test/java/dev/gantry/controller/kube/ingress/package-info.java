/** Tests of ingresses, of what nodes are told of them and what they say of nodes, in the store. */
@NullMarked
package dev.gantry.controller.kube.ingress;

import org.jspecify.annotations.NullMarked;
