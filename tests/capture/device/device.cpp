// A device whose memory numpy does not see, as a GPU's: torch's PrivateUse1, on the host.
//
// Every operation runs on the CPU, over the device's own memory. A copy to pinned memory that need
// not be waited for arrives when somebody waits, and what is there before is rubbish.
#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_strided.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <cstring>
#include <deque>
#include <map>
#include <mutex>

namespace {

using at::IntArrayRef;
using at::Tensor;
constexpr auto kApart = c10::DeviceType::PrivateUse1;
constexpr int kNewOnDevice = 0xAB, kNewOnHost = 0xCD;
const c10::Device kDevice(kApart, 0);

int64_t waits = 0;

// -- memory ----------------------------------------------------------------------------------

std::recursive_mutex lock;
std::map<char*, size_t> pinned;

void* filled(size_t size, int with) {
  void* memory = aligned_alloc(64, size / 64 * 64 + 64);
  return memset(memory, with, size);
}

struct DeviceMemory final : c10::Allocator {
  at::DataPtr allocate(size_t size) override {
    void* memory = size ? filled(size, kNewOnDevice) : nullptr;
    return {memory, memory, &free, kDevice};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free; }
  void copy_data(void* to, const void* from, size_t size) const override { memcpy(to, from, size); }
} device_memory;
REGISTER_ALLOCATOR(kApart, &device_memory);

void free_pinned(void* memory) {
  std::lock_guard<std::recursive_mutex> held(lock);
  pinned.erase(static_cast<char*>(memory));
  free(memory);
}

struct PinnedMemory final : c10::Allocator {
  at::DataPtr allocate(size_t size) override {
    std::lock_guard<std::recursive_mutex> held(lock);
    void* memory = filled(size, kNewOnHost);
    pinned[static_cast<char*>(memory)] = size;
    return {memory, memory, &free_pinned, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_pinned; }
  void copy_data(void* to, const void* from, size_t size) const override { memcpy(to, from, size); }
} pinned_memory;

bool is_pinned(const void* address) {
  std::lock_guard<std::recursive_mutex> held(lock);
  auto after = pinned.upper_bound(static_cast<char*>(const_cast<void*>(address)));
  if (after == pinned.begin()) return false;
  --after;
  return address < after->first + after->second;
}

// -- what is on its way ----------------------------------------------------------------------

std::deque<std::pair<Tensor, Tensor>> under_way;

void arrive() {
  std::lock_guard<std::recursive_mutex> held(lock);
  ++waits;
  for (; !under_way.empty(); under_way.pop_front()) {
    auto& [numbers, to] = under_way.front();
    memcpy(to.data_ptr(), numbers.data_ptr(), numbers.nbytes());
  }
}

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kApart; }
  c10::Device exchangeDevice(c10::Device device) const override { return device; }
  c10::Device getDevice() const override { return kDevice; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const noexcept override {
    return c10::Stream(c10::Stream::DEFAULT, kDevice);
  }
  c10::Stream getDefaultStream(c10::Device d) const override { return getStream(d); }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void** event, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag)
      const override { *event = &under_way; }
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override { arrive(); }
  void synchronizeEvent(void*) const override { arrive(); }
  void synchronizeDevice(const c10::DeviceIndex) const override { arrive(); }
  void recordDataPtrOnStream(const c10::DataPtr&, const c10::Stream&) const override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const { return true; }  // these two override since torch 2.7
  bool isAvailable() const { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  bool isPinnedPtr(const void* address) const override { return is_pinned(address); }
  at::Allocator* getPinnedMemoryAllocator() const override { return &pinned_memory; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
  void resizePrivateUse1Bytes(const c10::Storage& storage, size_t size) const override {
    auto memory = device_memory.allocate(size);
    memcpy(memory.get(), storage.data(), std::min(size, storage.nbytes()));
    storage.unsafeGetStorageImpl()->set_data_ptr(std::move(memory));
    storage.unsafeGetStorageImpl()->set_nbytes(size);
  }
};
struct Registered {
  Registered() { at::RegisterPrivateUse1HooksInterface(new Hooks()); }
} registered;

// -- operations ------------------------------------------------------------------------------

// A tensor of the CPU over a tensor's memory.
Tensor on_cpu(const Tensor& tensor) {
  if (!tensor.defined() || tensor.device().type() != kApart) return tensor;
  auto memory = const_cast<void*>(tensor.storage().data());
  at::DataPtr lent(memory, c10::Device(c10::DeviceType::CPU));
  size_t size = tensor.storage().nbytes();
  c10::Storage storage(c10::Storage::use_byte_size_t(), size, std::move(lent), nullptr, false);
  c10::DispatchKeySet keys(c10::DispatchKey::CPU);
  auto made = at::detail::make_tensor<at::TensorImpl>(std::move(storage), keys, tensor.dtype());
  made.unsafeGetTensorImpl()->set_sizes_and_strides(
      tensor.sizes(), tensor.strides(), tensor.storage_offset());
  return made;
}

Tensor on_device(const Tensor& tensor) {
  auto made = at::empty_strided(tensor.sizes(), tensor.strides(), tensor.options().device(kDevice));
  if (tensor.numel()) on_cpu(made).copy_(tensor);
  return made;
}

using Type = std::optional<at::ScalarType>;
using Layout = std::optional<at::Layout>;
using Device = std::optional<at::Device>;
using Flag = std::optional<bool>;
using Format = std::optional<at::MemoryFormat>;
const c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

Tensor empty(IntArrayRef size, Type type, Layout, Device, Flag, Format format) {
  auto dtype = c10::dtype_or_default(type);
  return at::detail::empty_generic(size, &device_memory, kKeys, dtype, format);
}

Tensor empty_strided(IntArrayRef size, IntArrayRef stride, Type type, Layout, Device, Flag) {
  auto dtype = c10::dtype_or_default(type);
  return at::detail::empty_strided_generic(size, stride, &device_memory, kKeys, dtype);
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool non_blocking) {
  auto numbers = on_cpu(from);
  if (from.device().type() == kApart && to.device().type() != kApart) {
    bool alike = to.strides() == from.strides() && to.dtype() == from.dtype();
    if (non_blocking && alike && to.is_non_overlapping_and_dense() && is_pinned(to.data_ptr())) {
      std::lock_guard<std::recursive_mutex> held(lock);
      under_way.emplace_back(numbers.clone(at::MemoryFormat::Preserve), to.detach());
      return to;
    }
    arrive();
  }
  on_cpu(to).copy_(numbers);
  return to;
}

Tensor copy_from_and_resize(const Tensor& from, const Tensor& to) {
  to.resize_(from.sizes());
  return copy_from(from, to, false);
}

at::Scalar local_scalar(const Tensor& tensor) {
  arrive();
  return on_cpu(tensor).item();
}

const Tensor& resize_(const Tensor& self, IntArrayRef size, Format) {
  auto* made = self.unsafeGetTensorImpl();
  size_t needed = (c10::multiply_integers(size) + self.storage_offset()) * self.element_size();
  if (self.storage().nbytes() < needed) {
    at::detail::getPrivateUse1Hooks().resizePrivateUse1Bytes(self.storage(), needed);
  }
  made->set_sizes_contiguous(size);
  return self;
}

Tensor& set_(Tensor& self, c10::Storage from, int64_t offset, IntArrayRef size, IntArrayRef step) {
  self.unsafeGetTensorImpl()->set_storage_keep_dtype(std::move(from));
  self.unsafeGetTensorImpl()->set_sizes_and_strides(size, step, offset);
  return self;
}

Tensor& set_tensor_(Tensor& self, const Tensor& from) {
  return set_(self, from.storage(), from.storage_offset(), from.sizes(), from.strides());
}

Tensor convolution(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias,
                   IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups) {
  std::optional<Tensor> added;
  if (bias && bias->defined()) added = on_cpu(*bias);
  return on_device(at::convolution(on_cpu(x), on_cpu(weight), added, stride, padding, dilation,
                                   transposed, output_padding, groups));
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor& grad, const Tensor& x, const Tensor& weight, IntArrayRef stride,
    IntArrayRef padding, IntArrayRef dilation, bool transposed, IntArrayRef output_padding,
    int64_t groups, std::array<bool, 3> wanted) {
  std::vector<int64_t> bias{grad.size(1)};
  auto sizes = wanted[2] ? at::OptionalIntArrayRef(bias) : std::nullopt;
  auto [a, b, c] =
      at::convolution_backward(on_cpu(grad), on_cpu(x), on_cpu(weight), sizes, stride, padding,
                               dilation, transposed, output_padding, groups, wanted);
  auto back = [](const Tensor& one) { return one.defined() ? on_device(one) : one; };
  return {back(a), back(b), back(c)};
}

// Any other operation. What it writes to is the device's memory itself.
void on_the_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  std::map<c10::TensorImpl*, Tensor> given;
  std::vector<Tensor> alive;  // no result is to get the address of what was lent
  std::vector<std::pair<Tensor, Tensor>> made_larger;
  auto lent = [&](const Tensor& tensor, bool is_written) {
    bool may_grow = is_written && tensor.defined() && !tensor.numel();
    alive.push_back(may_grow ? at::empty({0}, tensor.dtype()) : on_cpu(tensor));
    if (may_grow) made_larger.emplace_back(tensor, alive.back());
    if (tensor.defined()) given.emplace(alive.back().unsafeGetTensorImpl(), tensor);
    return alive.back();
  };
  size_t arguments = op.schema().arguments().size();
  for (size_t i = stack->size() - arguments; i < stack->size(); ++i) {
    auto& argument = (*stack)[i];
    const auto* alias = op.schema().arguments()[i + arguments - stack->size()].alias_info();
    bool is_written = alias && alias->isWrite();
    if (argument.isTensor()) {
      argument = lent(argument.toTensor(), is_written);
    } else if (argument.isTensorList()) {
      std::vector<Tensor> tensors;
      for (const auto& one : argument.toTensorVector()) tensors.push_back(lent(one, is_written));
      argument = tensors;
    } else if (argument.isOptionalTensorList()) {
      c10::List<std::optional<Tensor>> tensors;
      for (const auto& one : argument.toOptionalTensorVector()) {
        tensors.push_back(one ? std::optional<Tensor>(lent(*one, false)) : one);
      }
      argument = tensors;
    } else if (argument.isDevice()) {
      argument = c10::Device(c10::DeviceType::CPU);
    }
  }
  op.callBoxed(stack);
  for (auto& [tensor, numbers] : made_larger) {
    tensor.resize_(numbers.sizes());
    on_cpu(tensor).copy_(numbers);
  }
  auto back = [&given](const Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    auto known = given.find(tensor.unsafeGetTensorImpl());
    return known == given.end() ? on_device(tensor) : known->second;
  };
  size_t results = op.schema().returns().size();
  for (size_t i = stack->size() - results; i < stack->size(); ++i) {
    auto& result = (*stack)[i];
    if (result.isTensor()) {
      result = back(result.toTensor());
    } else if (result.isTensorList()) {
      std::vector<Tensor> tensors;
      for (const auto& one : result.toTensorVector()) tensors.push_back(back(one));
      result = tensors;
    }
  }
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&on_the_cpu>());
}

TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", empty);
  library.impl("empty_strided", empty_strided);
  library.impl("_copy_from", copy_from);
  library.impl("_copy_from_and_resize", copy_from_and_resize);
  library.impl("_local_scalar_dense", local_scalar);
  library.impl("resize_", resize_);
  library.impl("set_.source_Storage_storage_offset", set_);
  library.impl("set_.source_Tensor", set_tensor_);
  library.impl("view", [](const Tensor& self, IntArrayRef size) {
    return at::native::view(self, size);
  });
  library.impl("as_strided", [](const Tensor& self, IntArrayRef size, IntArrayRef stride,
                                std::optional<int64_t> offset) {
    return at::native::as_strided_tensorimpl(self, size, stride, offset);
  });
  library.impl("_reshape_alias", [](const Tensor& self, IntArrayRef size, IntArrayRef stride) {
    return at::native::_reshape_alias(self, size, stride);
  });
  library.impl("unfold", [](const Tensor& self, int64_t axis, int64_t size, int64_t step) {
    return at::native::unfold(self, axis, size, step);
  });
  library.impl("convolution_overrideable", convolution);
  library.impl("convolution_backward_overrideable", convolution_backward);
}

}  // namespace

// How often somebody has waited for the device.
extern "C" int64_t apart_waits() { return waits; }
