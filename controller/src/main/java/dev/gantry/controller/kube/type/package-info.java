/**
 * The kinds of the Kubernetes API that are served, as data: names, scope, subresources, and the columns of kubectl's
 * tables. Pure; stores nothing and knows no request.
 */
@NullMarked
package dev.gantry.controller.kube.type;

import org.jspecify.annotations.NullMarked;
