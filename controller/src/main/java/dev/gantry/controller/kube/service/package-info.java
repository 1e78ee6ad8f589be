/**
 * What services lead to. The planner of a service finds the pods behind it and says so three times: in EndpointSlices and Endpoints for
 * clients, and in a route for the nodes, which make kernel rules and answers to DNS of it.
 */
@NullMarked
package dev.gantry.controller.kube.service;

import org.jspecify.annotations.NullMarked;
