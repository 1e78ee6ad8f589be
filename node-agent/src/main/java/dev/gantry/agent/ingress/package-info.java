/**
 * Takes requests from outside at this node's own ports and hands them to the endpoints of the services that ingresses name. What there is of
 * ingresses and services the leader tells; a node goes on with the newest that it was told.
 */
@NullMarked
package dev.gantry.agent.ingress;

import org.jspecify.annotations.NullMarked;
