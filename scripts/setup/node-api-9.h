// Lets better-sqlite3 13 run on Node-API 9, which is what Electron 33 (Node 20) offers.
//
// better-sqlite3 keeps references to strings (property names, error codes) and to numbers (the start value of
// an aggregate). Node-API 10 allows a reference to any value; version 9 only to objects, functions and symbols.
// Here every other value is put into a box, a plain object with one property, and the reference holds the box.
// The box lives exactly as long as its reference, so garbage collection needs no further care and
// napi_delete_reference, napi_reference_ref and napi_reference_unref stay as they are.
//
// This file is included before every other one (g++ -include), so node-addon-api calls the functions below.
#ifndef LARDER_NODE_API_9_H
#define LARDER_NODE_API_9_H

#undef NAPI_VERSION
#define NAPI_VERSION 9
#include <node_api.h>

namespace larder {

// Marks our boxes, so that an object of the application is never mistaken for one.
constexpr napi_type_tag kBoxTag = {0x6c61726465722d62ULL, 0x6f782d6e61706939ULL};
constexpr const char* kBoxKey = "value";

// Reading a property fails while a JavaScript exception is pending, reading a reference does not. The exception
// is therefore put aside while a box is handled, and thrown again afterwards.
class ExceptionAside {
 public:
  explicit ExceptionAside(napi_env env) : env_(env) {
    if (napi_is_exception_pending(env, &pending_) == napi_ok && pending_) {
      pending_ = napi_get_and_clear_last_exception(env, &exception_) == napi_ok;
    }
  }
  ~ExceptionAside() {
    if (pending_) napi_throw(env_, exception_);
  }
  ExceptionAside(const ExceptionAside&) = delete;
  ExceptionAside& operator=(const ExceptionAside&) = delete;

 private:
  napi_env env_;
  bool pending_ = false;
  napi_value exception_ = nullptr;
};

inline bool can_be_referenced(napi_valuetype type) {
  return type == napi_object || type == napi_function || type == napi_symbol || type == napi_external;
}

inline napi_status create_reference(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  napi_valuetype type;
  napi_status status = napi_typeof(env, value, &type);
  if (status != napi_ok) return status;
  if (can_be_referenced(type)) return napi_create_reference(env, value, count, result);
  // A weak reference would let go of the box while the value is still in use elsewhere.
  if (count == 0) return napi_invalid_arg;

  ExceptionAside aside(env);
  napi_value box;
  napi_property_descriptor property = {};
  property.utf8name = kBoxKey;
  property.value = value;
  status = napi_create_object(env, &box);
  if (status == napi_ok) status = napi_define_properties(env, box, 1, &property);
  if (status == napi_ok) status = napi_type_tag_object(env, box, &kBoxTag);
  return status == napi_ok ? napi_create_reference(env, box, count, result) : status;
}

inline napi_status get_reference_value(napi_env env, napi_ref reference, napi_value* result) {
  napi_status status = napi_get_reference_value(env, reference, result);
  if (status != napi_ok || *result == nullptr) return status;
  napi_valuetype type;
  status = napi_typeof(env, *result, &type);
  if (status != napi_ok || type != napi_object) return status;

  ExceptionAside aside(env);
  bool boxed = false;
  status = napi_check_object_type_tag(env, *result, &kBoxTag, &boxed);
  return status == napi_ok && boxed ? napi_get_named_property(env, *result, kBoxKey, result) : status;
}

}  // namespace larder

#define napi_create_reference larder::create_reference
#define napi_get_reference_value larder::get_reference_value

#endif
