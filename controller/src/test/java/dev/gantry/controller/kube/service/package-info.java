/** Tests of services and of what they lead to, in the store. */
@NullMarked
package dev.gantry.controller.kube.service;

import org.jspecify.annotations.NullMarked;
